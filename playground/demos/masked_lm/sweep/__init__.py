"""**How much should be masked?** The same text is masked at rates from 5% to 80%, several times each, and the model is
asked for all that is hidden.

1. Type a text of a few sentences, and press Start.
2. Above: how often its first choice is right. Below: its loss, −ln of the probability it gave the right word, in nats.
   The band is one standard deviation of the draws to each side.

With *little* masked, each text teaches only a few words, and training is costly: at 5% a pass over the text asks for
one word in twenty. With *much* masked, no context is left to guess from, and the curve falls. BERT took 15%. Wettig et
al. 2023 found that larger models learn better with 40%: the best rate depends on the model and on how long it trains.

Here everything that is chosen becomes `[MASK]` (no random or kept words), so that the rate is all that changes. The
model itself was trained at 15%, so higher rates are also new to it.
"""

from playground.demo import Demo
from playground.demos.masked_lm.sweep.schema import Progress, Request, Result

DEMO = Demo(
    name="masked_lm_sweep",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="masked_lm.sweep",
)
