"""**Can NSP tell the order?** ALBERT's authors replaced next sentence prediction because they found that it only learns
topics. Here both heads are asked about the same pairs of sentences:

* **next**: B follows A;
* **swapped**: the same two, the second first;
* **elsewhere**: A, and a sentence about something else.

1. *Start* with the 158 groups of three sentences that come with the project, or with a text of your own.
2. Left alone, a head is right half of the time. A head that reads order is right on *next* and on *swapped*; one that
   reads topics calls swapped pairs "next", too, and is wrong on nearly all of them.
3. Below stands what the paper measured with models trained on neither task, on NSP, and on SOP.

The intervals are 95% bootstrap intervals over groups. "NSP task" is next against elsewhere, "SOP task" next against
swapped, as in the paper's table.
"""

from playground.demo import Demo
from playground.demos.sentence_pairs.claim.schema import Progress, Request, Result

DEMO = Demo(
    name="sentence_pairs_claim",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="sentence_pairs.claim",
)
