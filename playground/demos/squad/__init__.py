"""**Where is the answer?** An extractive reader marks the answer in the passage: for each token it says how well the
answer could start there and how well it could end there, and of all spans the best one wins.

1. Choose a passage or paste your own, and ask a question.
2. The answer is marked in the text. Below stand the other spans that were considered; click one to see where it is.
3. The curves show where an answer starts and ends; the square shows the score of every span: a row is its start, a
   column its end, and nothing ends before it starts.

The model of SQuAD 2.0 can also say that there is **no answer**: then the null score, that of `[CLS]`, is above the best
span's by more than the threshold.

Probabilities are one softmax over all legal spans of the whole passage. A passage that does not fit is read in
overlapping windows; a span that stands in several gets its best score.
"""

from playground.demo import Demo
from playground.demos.squad import many, scoring
from playground.demos.squad.schema import Request, Result

DEMO = Demo(name="squad", request=Request, result=Result, parts=(many.DEMO, scoring.DEMO))
