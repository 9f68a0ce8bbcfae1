"""**Does B follow A?** BERT and ALBERT were trained with a second task beside masked words: to say how two texts hang
together. They are packed as `[CLS] A [SEP] B [SEP]`, each token marked as segment A or B, and a head over `[CLS]`
answers.

* **NSP**, next sentence prediction (BERT, Devlin et al. 2019): does B follow A, or is it a sentence from some other
  document?
* **SOP**, sentence order prediction (ALBERT, Lan et al. 2020): A and B are neighbours, but in which order?

1. Type two texts, or choose an example.
2. The bars show what both heads say of A and B, of B and A swapped, and of A with a sentence from elsewhere.
3. Below stands each packed input. The darker a token, the more `[CLS]` looks at it in the layer and head chosen.

NSP asks "same document?" rather than "which order?": what it was trained on can be told apart by topic alone. That is
why its answer hardly changes when the two are swapped.
"""

from playground.demo import Demo
from playground.demos.sentence_pairs import claim, probe
from playground.demos.sentence_pairs.schema import Request, Result

DEMO = Demo(name="sentence_pairs", request=Request, result=Result, parts=(claim.DEMO, probe.DEMO))
