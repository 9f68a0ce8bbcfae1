"""**Which word surprises it?** Every token is hidden in turn, and the model is asked how probable it is there given all
the others: as many copies of the text as it has tokens, read in a few batches.

1. Type a sentence. The darker a token, the more it surprises the model.
2. *Surprisal* is −log2 of the token's probability, in bits: 1 bit is a coin flip, 10 bits one chance in a thousand.
3. *Pseudo-perplexity* is 2 to the mean surprisal (Salazar et al. 2020): about as many words seemed equally good at each
   place. Put a word where it does not belong, and watch it rise.

Tokens that begin with `##` continue the word before them, so they are often easy: the rest of the word stands there.
"""

from playground.demo import Demo
from playground.demos.masked_lm.surprise.schema import Request, Result

DEMO = Demo(name="masked_lm_surprise", request=Request, result=Result, folder="masked_lm.surprise")
