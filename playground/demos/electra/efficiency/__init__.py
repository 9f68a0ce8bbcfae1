"""**Why is it efficient?** A masked language model learns from the masked 15% of a text; ELECTRA's discriminator has a
loss at every token. Here three objectives train the same tiny encoder in front of you, on a text that every
installation carries (Python's own manual) or on yours:

* **MLM:** name the masked words, as BERT (80/10/10).
* **RTD, masked places:** replaced or not, with a loss at the masked places only (the paper's *ELECTRA 15%*).
* **RTD, all tokens:** ELECTRA.

1. Type a text to see how many of its positions carry a loss, and press *Start*.
2. Encoders of one seed begin with the same weights and read the same blocks, masked at the same places, for the
   same number of steps. Both RTD objectives also train a generator of half the width, so each of their steps costs
   more. PyTorch counts the operations, and the curves run over **compute**, not over steps.
3. All encoders are judged alike, frozen, with a linear probe: is a token of held-out text replaced by a random
   frequent word or not (AUC), and which of four topics is a sentence about (120 sentences; a guess is right in
   25%)?

The result is what it is: some hundred steps of a tiny encoder are no pre-training. The first judge resembles what RTD
trains; the second resembles neither. In the paper (Table 5, GLUE) all tokens beat the masked places by 2.6 points,
and BERT by 2.8. The points show each seed, the lines their means; look at the spread before you believe a
difference.
"""

from playground.demo import Demo
from playground.demos.electra.efficiency.schema import Progress, Request, Result

DEMO = Demo(
    name="electra_efficiency",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="electra.efficiency",
)
