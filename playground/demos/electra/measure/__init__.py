"""**How good is it?** Hundreds of sentences are masked and filled by the generator; then the discriminator is asked
about every token.

1. Take the sentences that come with the project (written for it, so that no model has read them) or paste a text of
   your own, and press *Start*.
2. **ROC:** for each threshold, the share of replaced tokens that is found (hits) against the share of the others
   that is called replaced (false alarms). The area below it is the **AUC**, with its 95% interval, drawn over
   sentences, since the tokens of one sentence hang together.
3. **Calibration:** of the tokens that get 80%, are 80% replaced? On the diagonal, probabilities mean what they say.
4. Then the same at other **temperatures** and **masking rates**. A generator at a high temperature makes blunders
   that are easy to find; near 0 it takes its likeliest word, which is often the right one, and what is left is hard
   to tell. The discriminator was trained at temperature 1 and 15%: other settings are new to it.

What was guessed right counts as original. The tokenizer's own tokens are left out. Compare AUCs of the same
generator only: a better generator makes the same discriminator look worse.
"""

from playground.demo import Demo
from playground.demos.electra.measure.schema import Progress, Request, Result

DEMO = Demo(
    name="electra_measure",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="electra.measure",
)
