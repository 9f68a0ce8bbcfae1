"""**What stood here?** A masked language model reads a sentence with holes and says, for every hole,
how probable each of its words is there. It is one of the two tasks that BERT was pre-trained on (the other is
next sentence prediction): of a large text 15% of the tokens were chosen, most of them hidden, and the model
was trained to name them from what stands on both sides.

1. Type a sentence, or choose an example.
2. Click a word to hide it, click it again to show it (or type `[MASK]` yourself).
3. The bars are the model's most probable words. The orange bar is the word that stood there.

*Entropy* says how unsure the model is, in bits: 0 means one word is certain, 1 bit is a coin flip, and
each further bit doubles the number of equally good words. *Rank* 1 means that the hidden word was the
model's first choice. Several holes are filled at once and independently: the model does not know what
it put into the others.

Tokens that begin with `##` continue the word before them: rare words are spelled in pieces.
"""

from playground.demo import Demo
from playground.demos.masked_lm import audit, corruption, surprise, sweep, visible
from playground.demos.masked_lm.schema import Request, Result

DEMO = Demo(
    name="masked_lm",
    request=Request,
    result=Result,
    parts=(corruption.DEMO, audit.DEMO, sweep.DEMO, surprise.DEMO, visible.DEMO),
)
