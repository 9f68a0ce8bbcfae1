"""**One encoder, four tasks.** BERT (Devlin et al. 2019, figure 4) turns every task into one of four forms. The
encoder is the same in all of them; what differs is how the text is packed and which positions feed the head:

* **Sentence** (sentiment, acceptability): `[CLS]` text `[SEP]`; a linear layer over `[CLS]` gives a score for each
  label.
* **Pair** (entailment, paraphrase, next sentence): `[CLS]` A `[SEP]` B `[SEP]`; again `[CLS]` alone. The second text
  has the other segment embedding.
* **Span** (SQuAD): `[CLS]` question `[SEP]` passage `[SEP]`; two vectors, start and end, are multiplied with every
  position of the passage. (SQuAD 2.0 asks `[CLS]`, too: its score stands for "no answer".)
* **Tags** (named entities): `[CLS]` text `[SEP]`; a linear layer over the *first piece* of every word. The pieces that
  follow get no tag of their own.

1. Type a text, a second one and a question: everything is drawn while you type.
2. Coloured squares feed the head; the encoder reads all others, too, and through attention they reach the coloured
   ones.
3. The heads are tiny: hidden size × outputs, and a bias for each output. That is what is new in fine-tuning;
   everything else was there before.

Where a bundled model has such a head, it answers: `bert-mini-sentiment` for the sentence, `bert-mini`'s next sentence
head for the pair, `bert-mini-squad2` for the span. No bundled model tags words, so the fourth form shows its positions
alone. GPT-1 has the same idea with the *last* token in place of `[CLS]`, since a left-to-right model has read
everything only there.
"""

from playground.demo import Demo
from playground.demos.fine_tune.forms.schema import BASE, READER, SENTIMENT, Request, Result

DEMO = Demo(
    name="fine_tune_forms",
    request=Request,
    result=Result,
    folder="fine_tune.forms",
    models=(SENTIMENT, BASE, READER),
)
