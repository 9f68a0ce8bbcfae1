"""**Why mask at all?** The model is asked for every token twice: with the token hidden, and with it left where it is.

1. Type a sentence. For each token, the blue dot is its probability when it is hidden, the orange diamond when it can
   be seen.
2. The diamonds lie far to the right: a model that reads both sides, and the word itself, has little to guess.

A bidirectional model can see the word that it is to predict, if not at its own place then through the layers above. It
would learn to copy, and nothing of language. GPT never has this problem: it reads only what stands to the left. BERT
wants both sides, so it hides words. (It does copy what it can see: a tenth of the chosen words were kept in training.)
"""

from playground.demo import Demo
from playground.demos.masked_lm.visible.schema import Request, Result

DEMO = Demo(name="masked_lm_visible", request=Request, result=Result, folder="masked_lm.visible")
