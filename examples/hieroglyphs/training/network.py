"""The network: seven convolutions, which see ever larger parts of a picture, and one layer that votes."""

from torch import Tensor, nn

WIDTHS = (32, 48, 96, 176)
"""Channels after each halving of the picture's side. They decide the size of the file: 4 bytes a weight."""


def block(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Stage(nn.Module):
    """Halves the side, and looks once more."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.halve, self.look = block(inputs, outputs, stride=2), block(outputs, outputs)

    def forward(self, values: Tensor) -> Tensor:
        values = self.halve(values)
        return values + self.look(values)


class Network(nn.Module):
    """From (n, 1, 64, 64) to (n, outputs): the logarithms of confidences, up to a constant."""

    def __init__(self, outputs: int):
        super().__init__()
        stages = [Stage(inputs, outputs) for inputs, outputs in zip(WIDTHS, WIDTHS[1:])]
        self.look = nn.Sequential(block(1, WIDTHS[0], side=5, stride=2), *stages)
        self.drop = nn.Dropout(0.2)
        self.vote = nn.Linear(WIDTHS[-1], outputs)

    def forward(self, values: Tensor) -> Tensor:
        return self.vote(self.drop(self.look(values).mean((2, 3))))
