"""**Be the generator.** Change words of the text by hand, and try to slip past the discriminator.

1. Click a token. Below are the words that the generator would put there, with their probabilities; the one that
   stood there is marked. Click one, or type a word of your own and press Enter.
2. The discriminator judges at once: the darker a token, the more it believes that it was replaced.
3. A change *slips past* when none of its tokens reaches the threshold. The score counts them, and the false alarms:
   tokens that you never touched.

Which changes slip past? A word of the same kind that fits as well (*Monday* for *Tuesday*) often does. What breaks
the grammar is found at once. A change of fact that is good language may be found or not: small models know few
facts.

The generator sees the text as you have changed it, with the clicked place masked. Your word may be longer than the
token it replaces: all its pieces count as replaced.
"""

from playground.demo import Demo
from playground.demos.electra.by_hand.schema import Request, Result

DEMO = Demo(name="electra_by_hand", request=Request, result=Result, folder="electra.by_hand")
