"""**How good is the reader?** SQuAD judges an answer by two numbers: *exact match* (the same words as one of the gold
answers, but for case, punctuation and articles) and *F1* (how many words the two share). In SQuAD 2.0 a part of the
questions has no answer, and only "no answer" is right for them.

1. Choose the questions that come with the project, or upload a file in SQuAD's JSON format (1.1 or 2.0).
2. *Start*. Cancel keeps what has been scored by then.
3. The curve shows EM and F1 for every threshold on null score − best score. Further to the right the model answers more
   often: right on questions that have an answer (*HasAns*), wrong on those that have none (*NoAns*).

A threshold must not be chosen on the questions that it is scored on. So the threshold that is marked is the best one on
a half of the passages, and the score beside it is that of the other half.

*Always "none"* is what a program scores that never answers: a model has to be above it.
"""

from playground.demo import Demo
from playground.demos.squad.scoring.schema import Progress, Request, Result

DEMO = Demo(
    name="squad_scoring",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="squad.scoring",
)
