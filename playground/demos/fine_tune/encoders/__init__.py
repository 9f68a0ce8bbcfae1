"""**Which encoder needs the fewest labels?** The same sentences, labels and seeds for several pre-trained models:
BERT's masked language model, ELECTRA's discriminator, ALBERT's shared layers.

1. Choose the encoders and how they learn, and press *Start*. Models with an arrow are fetched from the Hub first.
2. The table says with how many labels each of them reaches the bar, read off each seed's own curve between two numbers
   of labels that were tried: the median, and from the least to the most.
3. Below: each encoder less the first one, seed by seed, with the 95% interval.

With *frozen features* a linear layer reads the encoder as it is: this asks what pre-training has left on the surface.
With *fine-tuning* it asks what can be reached from there in a few steps. The order may differ: ELECTRA's discriminator
learned to notice what is odd, not to name words, and much of what it knows shows only when it may move.

All of them take the same steps at the same rates, which were chosen with BERT in mind; another encoder might want
others (Settings). The encoders differ in more than their objective (steps, text, sizes), so a difference says something
about these checkpoints, not about the objectives. The tab ELECTRA compares objectives at equal compute.
"""

from playground.demo import Demo
from playground.demos.fine_tune.encoders.schema import Progress, Request, Result

DEMO = Demo(
    name="fine_tune_encoders",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="fine_tune.encoders",
)
