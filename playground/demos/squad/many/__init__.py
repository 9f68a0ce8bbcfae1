"""**Several questions at once.** One question a line, all about the same passage: they are read together, in batches
whose texts are about equally long, and answered in one table, which can be saved as CSV.

*Margin* is how much the best span's score is above the null score: the larger, the surer the model is that there is an
answer at all. Below −threshold it says "no answer".
"""

from playground.demo import Demo
from playground.demos.squad.many.schema import Request, Result

DEMO = Demo(name="squad_many", request=Request, result=Result, folder="squad.many")
