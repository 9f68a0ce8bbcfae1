"""**What does a teacher bring?** todo"""

from playground.demo import Demo
from playground.demos.distillation.schema import Progress, Request, Result

DEMO = Demo(name="distillation", request=Request, result=Result, progress=Progress, lane="long")
