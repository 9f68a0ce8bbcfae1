"""**How few labels are enough?** GPT-1 and BERT were made for this question: reading a great deal of text that nobody
labelled should make a few labels go far. Here the same labelled sentences are learned in four ways:

* **random:** the same network, begun with random weights. It has read nothing, and gets a learning rate of its own and
  several times as many steps.
* **frozen features:** the pre-trained encoder is left as it is; each sentence is read once, and a linear layer learns
  from what came out (the *feature-based* approach).
* **fine-tuning:** all weights are trained, those of the new head at the same learning rate.
* **fine-tuning, two rates:** a small rate for what was learned before, a large one for the head, which begins at
  random.

1. Choose the numbers of labels and press *Start*. Each way learns from 8, 32, 128 sentences and is judged on others
   that none of them has seen; then the next seed draws other sentences and another head. 512 labels take longer.
2. A line is the mean over the seeds; the band is its 95% interval (Student's t). Few seeds make wide bands. All
   seeds draw what judges them from the same held-out sentences: others would move all lines a little, mostly together,
   and the bands do not hold that.
3. Below: how much more each way knows than the one that began at random, seed by seed. Where the interval holds 0,
   nothing is shown.
4. The table says with how many labels each seed's own curve reaches the bar: the median, from the least to the most,
   and how many seeds get there at all. “≤ 8” means that the smallest number was already enough.

**Where the ways are not equal.** All ways of one seed learn from the same sentences, more labels are the same ones and
more, and all are judged by the same others. But the frozen encoder's linear layer is solved for to the end, while the
others take a number of steps that was fixed beforehand (below the table): fine-tuning reads its sentences about ten
times where they are 8, and three times where they are 128; with more steps its curves rise a little. From random
weights so few steps leave the loss at that of guessing (ln 2 = 0.69 for two labels), so this way reads its sentences
20 times and 10 times, at the largest of 1e-4, 3e-4 and 1e-3 with which its loss falls at every number of labels. Some
seeds then know their sentences nearly by heart, others have only begun, and more steps would help them: below the
table stands how far each way's loss came. The rates of the other ways were not searched for. The head of the frozen
way reads the mean of all tokens, unless you choose `[CLS]`; the others read `[CLS]`. Now and then a fine-tuned model
stays at guessing and widens the band; for BERT-large on small data sets the paper reports the same (section 4.1) and
starts anew. A run whose loss is no number any more is marked as diverged and is in no mean.

**The papers.** GPT-1 (Radford et al. 2018) without pre-training loses 14.8 points on average over its tasks. BERT
(Devlin et al. 2019) on named entities: 96.4 F1 fine-tuned, 96.1 with frozen features of the last four layers. They had
thousands of labels and much larger models, and rates about a tenth of those here: BERT tried 5e-5, 4e-5, 3e-5 and
2e-5, GPT-1 used 6.25e-5 with a new linear layer on top of it. Here a mini model meets a few hundred short sentences:
look at the order of the curves, not at their heights.

Bring your own sentences as CSV or TSV with two columns, label and sentence; a quarter of each label is held out, and
what stands there twice is used once. SST-2, IMDB and NSMC come from the Hugging Face Hub where the app has a network
and the package `datasets`.
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
