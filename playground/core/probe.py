"""What a frozen model's features say: a linear layer on top of them, trained in a moment."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


class LinearProbe:
    """Softmax regression with an L2 penalty, on features brought to mean 0 and deviation 1.

    Its loss is convex, so where it starts does not matter and nothing in it is left to chance (Alain and Bengio 2016,
    arXiv:1610.01644, on probes).
    """

    def __init__(self, features: Tensor, labels: Tensor, classes: int, decay: float = 0.002) -> None:
        """features: (N, H); labels: (N,) int64 below `classes`; decay: what the squared weights, summed, cost."""
        self.mean, self.deviation = features.mean(0), features.std(0).clamp_min(1e-6)
        with torch.inference_mode(False), torch.enable_grad():
            standard, labels = ((features - self.mean) / self.deviation).clone(), labels.clone()
            weight = torch.zeros(features.shape[1], classes, device=features.device, requires_grad=True)
            bias = torch.zeros(classes, device=features.device, requires_grad=True)
            optimizer = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")

            def closure() -> Tensor:
                optimizer.zero_grad()
                loss = cross_entropy(standard @ weight + bias, labels) + decay * weight.square().sum()
                loss.backward()
                return loss

            optimizer.step(closure)
        self.weight, self.bias = weight.detach(), bias.detach()

    def __call__(self, features: Tensor) -> Tensor:
        """(N, classes) logits of features (N, H)."""
        return (features - self.mean) / self.deviation @ self.weight + self.bias
