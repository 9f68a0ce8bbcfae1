"""**Teacher against student.** Both read the same sentence: what do they say, where do they look, and how alike are the
states inside?

1. Type a sentence. The bars are both models' probabilities.
2. Choose a layer of the student and a head: the two maps show where each token looks, in the student and in the
   teacher's layer that it is paired with.
3. The last figure compares *hidden states* layer by layer: every layer of the student with every layer of the teacher,
   by debiased linear CKA over the tokens of the sentence (Kornblith et al. 2019; Nguyen et al. 2021): 1 is alike up to
   a rotation and a scale, around 0 has nothing in common. A student that was initialised from layers 1, 3 and 5 begins
   close to them; where is it after distillation?

The student is the one that was trained in the first sub-tab on this page, for an hour. Before there is one, it is the
student as DistilBERT begins: every other layer of the teacher, and not a step of training. One sentence is an
anecdote: accuracies from all test sentences stand in the first sub-tab.
"""

from playground.demo import Demo
from playground.demos.distillation.compare.schema import Request, Result

DEMO = Demo(
    name="distillation_compare",
    folder="distillation.compare",
    request=Request,
    result=Result,
)
