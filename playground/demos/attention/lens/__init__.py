"""**When does the model know?** A prediction forms layer by layer. The *logit lens* asks early: it takes the hidden
state after each layer and reads it with the head that was trained for the last one (nostalgebraist 2020).

1. Type a text and click a token. A masked language model sees `[MASK]` in its place; a GPT sees only what stands
   before it, and has to continue.
2. Each row is a layer, 0 the embeddings. From left to right stand the words that it would choose; the darker, the more
   probable.
3. Below: how the last layer's choice rises, and the word that really stands there.

In BERT layer 0 knows nothing but `[MASK]` and its place, whatever the text is. Often the kind of word comes first (a
noun, a place), then the word itself, and the last layers only make it surer.

The head was trained on the last layer's states alone. What it makes of earlier ones is a reading, not what the model
"thinks" there: an unreadable layer may still know much (Belrose et al. 2023, arXiv:2303.08112, train a translator a
layer instead).
"""

from playground.demo import Demo
from playground.demos.attention.lens.schema import Request, Result

DEMO = Demo(name="attention_lens", request=Request, result=Result, folder="attention.lens")
