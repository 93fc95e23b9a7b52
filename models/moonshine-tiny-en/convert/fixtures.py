"""Writes ../fixtures/tokens.json: what ONNX Runtime in Python decodes from the speech that Doorbell's tests use.

    pip install -r requirements.txt
    python fixtures.py

The decoding is that of the paper, greedy with a cache, written here apart from the site's own code.
"""

import json
import pathlib
import wave

import numpy as np
import onnxruntime
import tokenizers

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
SPEECH = [ROOT / "src/studios/doorbell/worker/fixtures", ROOT / "bench/doorbell/speech"]
# Silence before and behind, as the site's own code adds it: speech that begins with the first sample is misheard.
PAD = np.zeros(3_200, np.float32)
LAYERS, HEADS, HEAD_DIM = 6, 8, 36
START, END, MOST = 1, 2, 192


def read_wav(path: pathlib.Path) -> np.ndarray:
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2), path
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float32) / 32_768


def greedy(encoder, decoder, samples: np.ndarray) -> tuple:
    """Tokens, and of each how far its logit is above the next one's, and whose that is."""
    states = encoder.run(None, {"input_values": samples[None]})[0]
    names = [
        f"{layer}.{part}.{what}" for layer in range(LAYERS) for part in ("decoder", "encoder") for what in ("key", "value")
    ]
    past = {name: np.zeros((1, HEADS, 0, HEAD_DIM), np.float32) for name in names}
    outputs = [output.name for output in decoder.get_outputs()]
    tokens, margins, seconds = [START], [], []
    while len(tokens) <= MOST and tokens[-1] != END:
        feeds = {f"past_key_values.{name}": value for name, value in past.items()}
        feeds["input_ids"] = np.array([tokens[-1:]], np.int64)
        feeds["encoder_hidden_states"] = states
        feeds["use_cache_branch"] = np.array([len(tokens) > 1])
        answer = dict(zip(outputs, decoder.run(None, feeds)))
        for name in names:
            # What the encoder's keys and values are is answered once.
            if "decoder" in name or len(tokens) == 1:
                past[name] = answer[f"present.{name}"]
        row = answer["logits"][0, -1]
        second, first = (int(at) for at in np.argsort(row)[-2:])
        tokens.append(first)
        margins.append(round(float(row[first] - row[second]), 3))
        seconds.append(second)
    spoken = len(tokens) - 1 - (tokens[-1] == END)
    return tokens[1 : spoken + 1], margins[:spoken], seconds[:spoken]


def main() -> None:
    encoder, decoder = (
        onnxruntime.InferenceSession(HERE / "onnx" / f"{name}_quantized.onnx", providers=["CPUExecutionProvider"])
        for name in ("encoder_model", "decoder_model_merged")
    )
    tokenizer = tokenizers.Tokenizer.from_file(str(HERE / "tokenizer.json"))
    decoded = {}
    for path in sorted(path for folder in SPEECH for path in folder.glob("*.wav")):
        tokens, margins, seconds = greedy(encoder, decoder, np.concatenate([PAD, read_wav(path), PAD]))
        decoded[path.stem] = {
            "text": tokenizer.decode(tokens),
            "tokens": tokens,
            "margins": margins,
            "seconds": seconds,
        }
    versions = {module.__name__: module.__version__ for module in (onnxruntime, tokenizers, np)}
    content = {"madeBy": "convert/fixtures.py", "versions": versions, "decoded": decoded}
    (HERE / "fixtures/tokens.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
