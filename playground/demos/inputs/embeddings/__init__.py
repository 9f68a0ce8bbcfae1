"""**What goes into BERT?** At each place three rows of three learned tables are added up: one for the *token*, one for
the *segment* (first or second text), one for the *position*. A LayerNorm brings the sum to one scale, and that is what
the first layer reads.

1. Type one text or two, and click a token: its rows are drawn, blue below zero and orange above, each on a scale of
   its own.
2. *Norm (length).* The larger a row's norm beside the others', the more it decides the sum's direction; a segment's is
   the same wherever it stands. (Click "LayerNorm" in the legend to see it, too.)
3. *How alike?* The cosine of the chosen token's rows with every other's: 1 is the same direction, 0 none. The same
   word at two places has the same token row and other positions.
4. The map compares every two rows of the position table. Nobody told the model that 5 lies beside 6: the band along
   the diagonal is what it learned of order.

**[CLS]** stands first in every text. It means nothing by itself; what the last layer makes of it feeds the classifier:
next sentence prediction, sentiment, entailment, multiple choice. It is *ignored* where every token is asked: in masked
language modelling, named entities, and SQuAD, where start and end are chosen among the passage's tokens (SQuAD 2.0
uses its place again, for "no answer"). **[SEP]** ends each text; with the segment rows it says where the second one
begins.

The LayerNorm first gives all sums the same norm, then multiplies each dimension by a learned weight, so that norms
differ again: those of rare words often come out larger than those of function words.
"""

from playground.demo import Demo
from playground.demos.inputs.embeddings.schema import Request, Result

DEMO = Demo(name="inputs_embeddings", request=Request, result=Result, folder="inputs.embeddings")
