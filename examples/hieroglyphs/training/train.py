"""Trains the network and writes it to function/model.onnx: see README.md beside this.

It may be stopped at any time: the pictures are kept in build/ when they are made, the network after each epoch.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from designs import TRAINED
from network import Network
from pictures import NONE, Pictures

SEED = 1822
"""The year in which Champollion read the signs."""
PICTURES = 300_000
EPOCHS = 5
BATCH = 128
HIGHEST_RATE = 4e-3
BUILD = Path(__file__).with_name("build")
MODEL = Path(__file__).parents[1] / "function/model.onnx"


def say(*words) -> None:
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def data() -> tuple[np.ndarray, np.ndarray]:
    """The training's pictures and labels; made once."""
    values, labels = BUILD / "values.npy", BUILD / "labels.npy"
    if not labels.exists():
        say(f"rendering {PICTURES} pictures")
        made = Pictures(SEED, TRAINED).prepared(PICTURES)
        np.save(values, made[0])
        np.save(labels, made[1])
    return np.load(values, mmap_mode="r"), np.load(labels)


def train(network: Network, values: np.ndarray, labels: np.ndarray, bfloat16: bool) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    steps = len(labels) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HIGHEST_RATE, total_steps=steps * EPOCHS, pct_start=0.2)
    first = resume(network, optimizer, schedule)
    for epoch in range(first, EPOCHS):
        say(f"epoch {epoch + 1} of {EPOCHS}: mean loss {one_epoch(epoch, network, optimizer, schedule, values, labels, bfloat16):.4f}")
        kept = {"epoch": epoch + 1, "network": network, "optimizer": optimizer, "schedule": schedule}
        torch.save({name: part.state_dict() if hasattr(part, "state_dict") else part for name, part in kept.items()}, BUILD / "kept.pt")


def resume(network, optimizer, schedule) -> int:
    """The epoch to begin with."""
    if not (BUILD / "kept.pt").exists():
        return 0
    kept = torch.load(BUILD / "kept.pt")
    for name, part in (("network", network), ("optimizer", optimizer), ("schedule", schedule)):
        part.load_state_dict(kept[name])
    return kept["epoch"]


def one_epoch(epoch, network, optimizer, schedule, values, labels, bfloat16) -> float:
    network.train()
    rng = np.random.default_rng([SEED, 2, epoch])
    torch.manual_seed(SEED + epoch)
    steps = len(labels) // BATCH
    total = 0.0
    for step, chosen in enumerate(rng.permutation(len(labels))[: steps * BATCH].reshape(steps, BATCH), 1):
        batch = moved(torch.from_numpy(values[chosen].astype(np.float32)), rng)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = nn.functional.cross_entropy(network(batch), torch.from_numpy(labels[chosen]), label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 250 == 0:
            say(f"  step {step} of {steps}: mean loss {total / step:.4f}")
    return total / steps


def moved(batch: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """A few pixels aside, fainter or stronger, and with a piece missing: so no picture is seen twice."""
    down, right = (int(shift) for shift in rng.integers(-4, 5, 2))
    batch = torch.roll(batch, (down, right), (2, 3)) * float(rng.uniform(0.7, 1.4))
    top, left = rng.integers(0, 64 - 12, 2)
    batch[: len(batch) // 3, :, top : top + 12, left : left + 12] = 0
    return batch


def export(network: Network) -> None:
    """The network with confidences as its output, for any number of pictures."""
    whole = nn.Sequential(network, nn.Softmax(1)).eval()
    picture = torch.zeros(2, 1, 64, 64)
    torch.onnx.export(
        whole, (picture,), MODEL, input_names=["pictures"], output_names=["confidences"],
        dynamic_shapes=({0: torch.export.Dim("count")},), external_data=False,
    )  # fmt: skip
    say(f"{MODEL.name}: {MODEL.stat().st_size} bytes")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--threads", type=int, default=1, help="of the processor (default: 1)")
    arguments.add_argument("--bfloat16", action="store_true", help="half the time on a processor with AVX512-BF16 (see lscpu)")
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    torch.use_deterministic_algorithms(True)
    BUILD.mkdir(exist_ok=True)
    torch.manual_seed(SEED)
    network = Network(NONE + 1).to(memory_format=torch.channels_last)
    train(network, *data(), given.bfloat16)
    export(network)


if __name__ == "__main__":
    main()
