"""**Which words were replaced?** ELECTRA (Clark et al. 2020) learns from a game between two models. Some words are
masked; a small *generator*, a masked language model, fills the gaps with words of its own; the *discriminator* then
says of every single token whether it is the original one or was replaced.

1. Type a text. The three rows show the original, what was masked, and what the generator drew.
2. The darker a token below, the more the discriminator believes that it was replaced. Move the *threshold*: ✓ is a
   hit (replaced and found), ✗ a miss, ! a false alarm. Click a token to see where it looks.
3. Draw again with another seed, mask more, or raise the *temperature*: the generator draws from softmax(logits /
   T). At 0 it always takes its likeliest word, above 1 it takes unlikely ones.

A token has one of three states: *original*, *replaced*, or *guessed*: the generator happened to draw the right
word, and that counts as original. **AUC** is the chance that a replaced token gets a higher probability than one
that was not: 0.5 is guessing, 1 is perfect.

**Why?** BERT's loss sees the masked tokens only, some 15% of a text. ELECTRA's discriminator has a loss at every
token.

**Is this a GAN?** No. The generator is trained by maximum likelihood, to name the masked words, not to fool
anybody: sampling a word is a discrete step through which no gradient flows back. (The paper tried adversarial
training with reinforcement learning: it was worse.) Nor is there a noise vector. What is adversarial is only the
game that you see.

After training the generator is thrown away, and the discriminator is what is called ELECTRA. The paper makes
generators a quarter to a half as wide as the discriminator: a better one leaves nothing to find. The *released*
electra-small generator is as large as its discriminator, the base one a third as wide. (Here every chosen token
becomes `[MASK]`, as in the paper's figure 2; Google's code leaves 15% of them in sight.)
"""

from playground.demo import Demo
from playground.demos.electra import by_hand, efficiency, measure
from playground.demos.electra.schema import Request, Result

DEMO = Demo(
    name="electra",
    request=Request,
    result=Result,
    parts=(by_hand.DEMO, measure.DEMO, efficiency.DEMO),
)
