"""**Where are the parameters?** ALBERT (Lan et al. 2020) made BERT small in two ways: it *factorised* the word
embeddings, and all its layers *share* one set of parameters. Here every part of such an encoder is counted.

1. Choose a model, or set the sizes yourself. *V* is the number of words, *E* the width of their embeddings, *H* that of
   the hidden states, *F* that of the feed-forward network inside a layer.
2. The map shows each part as large as its share; its formula is in the table.
3. ✓ says that Transformers built this very model and came to the same number, to the parameter.

**Factorised:** V·H numbers become V·E + E·H. With V = 100, H = 500 and E = 15, 50,000 become 1,500 + 7,500 = 9,000. It
pays as long as E is below V·H / (V + H).

**Shared:** the parameters are stored once, but every layer is still computed. So sharing saves the memory of weights,
gradients and Adam's two moments, and neither operations nor the activations that training keeps.

*Memory* is counted in float32 (4 bytes), *FLOP* are those of the matrix products, where a multiplication and an
addition are two; a training step takes three times a forward pass.
"""

from playground.demo import Demo
from playground.demos.albert import published, stopwatch
from playground.demos.albert.schema import Request, Result

DEMO = Demo(name="albert", request=Request, result=Result, parts=(published.DEMO, stopwatch.DEMO))
