"""The network, loaded once: when Lambda starts the function, not at its first request."""

import os
from pathlib import Path

import numpy as np
import onnxruntime

from preparation import SIDE
from signs import SIGNS

MODEL = Path(__file__).with_name("model.onnx")
MEGABYTES_FOR_ONE_CPU = 1769
"""Lambda gives processors by memory."""


def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    memory = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0"))
    # More threads than processors would only wait for each other.
    options.intra_op_num_threads = max(1, memory // MEGABYTES_FOR_ONE_CPU)
    options.inter_op_num_threads = 1
    # A thread that waits by turning round and round burns the others' share of the processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


SESSION = _session()


def confidences(prepared: np.ndarray) -> np.ndarray:
    """For each sign its confidence, and last the one that it is none of them; their sum is 1."""
    return SESSION.run(None, {"pictures": prepared.astype(np.float32)})[0][0]


def most_confident(all_confidences: np.ndarray, count: int = 5) -> list[dict]:
    """The likeliest signs, the best first."""
    best = np.argsort(-all_confidences[: len(SIGNS)])[:count]
    return [SIGNS[number]._asdict() | {"confidence": round(float(all_confidences[number]), 4)} for number in best]


# The first run makes what the later ones use again.
confidences(np.zeros((1, 1, SIDE, SIDE)))
