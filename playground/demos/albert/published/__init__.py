"""**Do the paper's numbers add up?** The parameter counts that Lan et al. 2020 print, in millions, beside what the
sizes give under four rules of counting: with or without the pooler (the layer over `[CLS]` that the sentence task
uses), and, where E = H, with or without the E-to-H projection that plain BERT does not have.

1. Choose a table of the paper.
2. A mark inside the grey band rounds to the printed number.
3. Below stand all counts, the rule that fits, and the scores that the paper prints for the model.

No single rule fits all of them, and the two largest ALBERTs fit none: their printed 60M and 235M are more than their
sizes give. Pooler and projection happen to be equally large where E = H = 768 (590,592).
"""

from playground.demo import Demo
from playground.demos.albert.published.schema import Request, Result

DEMO = Demo(name="albert_published", request=Request, result=Result, folder="albert.published")
