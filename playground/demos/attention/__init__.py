"""**Where does each token look?** In every layer each token gathers from all others, by weights that add up to 1: its
attention. A layer has several *heads*, each with weights of its own.

1. Type a text, or two. The mosaic shows all heads in small, one row a layer. Click one, or set layer and head.
2. The large map shows the chosen head: a row is the token that looks, a column the one that is looked at.
3. Click a token (or a row of the map): the darker another token, the more it is looked at.
4. Order the heads by what they do. *Entropy* is 0 bits where a head looks at a single token; *distance* is how far it
   looks on average; the shares say how much goes to special tokens, to `[SEP]` alone, to the first token, to the one
   before or after, and, of two texts, to the other one.

**What to look for.** Heads that look at the token before or after; heads that rest on `[SEP]`, which Clark et al. 2019
(arXiv:1906.04341, section 3.2) read as a "no-op": nothing to do here; in GPT, the empty upper triangle: no token sees
a later one.

**Rollout** multiplies the mean maps of all layers up to the chosen one, each token keeping half of itself by the
residual connection (Abnar and Zuidema 2020): which *words* reach a place, not which hidden states.

Attention shows where information may come from. It is no proof of what a prediction depends on (Jain and Wallace 2019,
arXiv:1902.10186).

The pictures hold a byte for each weight, and never more than 300 KB are sent: of a long text a field of the large map
is the largest weight of a small square of them. The row over the text is always exact.
"""

from playground.demo import Demo
from playground.demos.attention import lens, published, sides
from playground.demos.attention.schema import Request, Result

DEMO = Demo(name="attention", request=Request, result=Result, parts=(lens.DEMO, sides.DEMO, published.DEMO))
