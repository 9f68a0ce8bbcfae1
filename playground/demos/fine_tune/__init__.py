"""**How few labels are enough?** GPT-1 and BERT were made for this question: reading a great deal of text that nobody
labelled should make a few labels go far. Here the same labelled sentences are learned in four ways:

* **random:** the same network, begun with random weights. It has read nothing.
* **frozen features:** the pre-trained encoder is left as it is; each sentence is read once, and a linear layer learns
  from what came out (the *feature-based* approach).
* **fine-tuning:** all weights are trained, those of the new head at the same learning rate.
* **fine-tuning, two rates:** a small rate for what was learned before, a large one for the head, which begins at
  random.

1. Choose the numbers of labels and press *Start*. Each way learns from 8, 32, 128, 512 sentences and is judged on
   others that none of them has seen; then the next seed draws other sentences and another head.
2. A line is the mean over the seeds; the band is its 95% interval (Student's t). Few seeds make wide bands.
3. Below: how much more each way knows than the one that began at random, seed by seed. Where the interval holds 0,
   nothing is shown.

More labels of one seed are the same ones and more, and all ways of one seed learn from the same sentences, so that
differences are not luck of the draw. The largest number of labels is read about once and the smallest some ten times:
with more steps all curves rise a little. Now and then a fine-tuned model stays at guessing and widens the band; for
BERT-large on small data sets the paper reports the same (section 4.1) and starts anew.

**The papers.** GPT-1 (Radford et al. 2018) without pre-training loses 14.8 points on average over its tasks. BERT
(Devlin et al. 2019) on named entities: 96.4 F1 fine-tuned, 96.1 with frozen features of the last four layers. They had
thousands of labels and much larger models. Here a mini model meets a few hundred short sentences: look at the order of
the curves, not at their heights.

Bring your own sentences as CSV or TSV with two columns, label and sentence; a quarter of them is held out. SST-2, IMDB
and NSMC come from the Hugging Face Hub where the app has a network and the package `datasets`.
"""

from playground.demo import Demo
from playground.demos.fine_tune import encoders, forms, keep, rates, where
from playground.demos.fine_tune.schema import Progress, Request, Result

DEMO = Demo(
    name="fine_tune",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    parts=(encoders.DEMO, where.DEMO, rates.DEMO, forms.DEMO, keep.DEMO),
)
