"""**Why does GPT-2 scale its first weights?** Each block of a Transformer adds to the stream that runs through it,
twice: what attention found, and what the feed-forward network made of it. In a deep model even small random additions
pile up.

1. Choose how many layers and how wide. An untrained GPT-2 is drawn and run, here and now.
2. The solid line is the norm (length) of the stream's vectors with plain weights (standard deviation 0.02), the dashed
   one with the residual weights multiplied by 1/√N, where N counts the additions: two a layer (Radford et al. 2019,
   section 2.3).
3. Go from 2 layers to 96, as deep as GPT-3.

N independent additions of equal size make the norm's square grow N times; with 1/√N each, their sum stays as large
as one of them was, at any depth. (GPT-2 normalises *before* each part, so what is added does not grow with the stream
itself.) Without it, late layers would add little to a large stream, and their share of the answer, and of the gradient,
would depend on the depth.
"""

from playground.demo import Demo
from playground.demos.inputs.residual.schema import Request, Result

DEMO = Demo(name="inputs_residual", request=Request, result=Result, folder="inputs.residual")
