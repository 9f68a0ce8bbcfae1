"""**What surprises it?** The model reads your text from left to right, and says at each token how probable it was,
given only what stands before it.

1. Type a text. The darker a token, the less the model expected it. Choose one to see what it expected instead.
2. *Surprisal* is −log2 of the token's probability, in bits: 1 bit is a coin flip, 10 bits one chance in a thousand.
   *Entropy* is the surprisal that the model expects before it has seen the token. Where surprisal is far above entropy,
   the model was sure, and wrong.
3. *Perplexity* is e to the mean −ln p: about as many tokens seemed equally good at each place. It is what GPT-1, GPT-2
   and GPT-3 were trained to lower.

Perplexities of models with different vocabularies cannot be compared: a model with larger tokens has fewer and harder
ones. *Bits per character* can be: the surprisal of the whole text, divided by its characters.

The first token is predicted from the mark that separates documents, where the model has one; else it is not counted.
"""

from playground.demo import Demo
from playground.demos.few_shot.surprisal.schema import Request, Result

DEMO = Demo(name="few_shot_surprisal", request=Request, result=Result, folder="few_shot.surprisal")
