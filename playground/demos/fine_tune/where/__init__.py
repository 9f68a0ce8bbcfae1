"""**Where is the knowledge?** A classifier reads `[CLS]` alone. Why this token, which stands for no word?

A *linear probe* (Alain and Bengio 2016) asks how much can be read off one vector: a linear layer is trained on the
frozen hidden states at one layer and one position, and judged on sentences that it has not seen. Here it is asked at
every layer and at every position: `[CLS]`, each word as far as enough sentences go (the twentieth at most), the last
`[SEP]`, and the mean over all of them; first for the pre-trained encoder, then again after fine-tuning.

1. Choose an encoder and press *Start*. The upper picture grows first.
2. A cell of strong colour: the label can be read off this position at this layer. Layer 0 is the embeddings: there
   `[CLS]` is the same in every sentence and can know nothing, and a word's position knows its own word alone.
3. Then the encoder is fine-tuned with a head over `[CLS]`, and the lower picture asks the same of it.

**What to look for.** Before: the mean over all positions usually knows more than `[CLS]`, since nothing in pre-training
asked `[CLS]` what a sentence is like (BERT's next sentence prediction asked it something else; ELECTRA asked it
nothing). After: in the upper layers `[CLS]` knows what the mean knows, because that is where the loss was, and the
gradient taught attention to carry there what the head needs. The other positions gain, too: `[CLS]` reads them, and
they read each other.

Positions further back are in fewer sentences, so that they are judged by fewer; a cell that rests on hardly any is left
empty. With 330 sentences a cell is sure to about ±5 points (its interval is shown where you point at it). The third
picture shows the best layer of each position: it was chosen on the sentences that judge it, so it looks a little better
than it is, and differences of a few points between positions mean nothing.
"""

from playground.demo import Demo
from playground.demos.fine_tune.where.schema import Progress, Request, Result

DEMO = Demo(
    name="fine_tune_where",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="fine_tune.where",
)
