"""Writes all-minilm-l6-v2.onnx: the graph of the model, without its weights.

The weights stay where they were published, in model.safetensors: each ONNX initializer is external data that
names that file, an offset and a length. So nothing is converted, and the one checksum of the published file
covers every weight. Run it again only to change the graph:

    pip install onnx
    python make_graph.py path/to/model.safetensors

The layers follow BERT (Devlin et al., 2018, arXiv:1810.04805) as the model's config.json describes it: 6 layers,
width 384, 12 heads, exact GELU, layer norm after each residual. Linear weights are stored [out, in] and are
transposed by the graph; the runtime folds that, and the joining of query, key and value into one product, when
it loads.
"""

import json
import struct
import sys
from pathlib import Path

from onnx import TensorProto, helper

WEIGHTS = "model.safetensors"
OPSET = 20  # the first with Gelu
LAYERS, WIDTH, HEADS = 6, 384, 12
HEAD_WIDTH = WIDTH // HEADS
LAYER_NORM_EPSILON = 1e-12
MASKED = -10000.0  # added to the scores of padding: e**-10000 is 0 in single precision


class Graph:
    """Collects nodes and initializers."""

    def __init__(self, safetensors: Path):
        with safetensors.open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(size))
        self.data_start = 8 + size
        self.nodes, self.initializers = [], []

    def weight(self, name: str) -> str:
        """A tensor of the safetensors file, where it lies."""
        entry = self.header[name]
        assert entry["dtype"] == "F32", name
        begin, end = entry["data_offsets"]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=entry["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", self.data_start + begin), ("length", end - begin)):
            tensor.external_data.add(key=key, value=str(value))
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, kind: int, dims: list, values: list) -> str:
        self.initializers.append(helper.make_tensor(name, kind, dims, values))
        return name

    def op(self, kind: str, inputs: list, output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def linear(self, x: str, prefixes: list, output: str) -> str:
        """x W^T + b, with the weights of several layers side by side."""
        weights = [self.weight(f"{prefix}.weight") for prefix in prefixes]
        biases = [self.weight(f"{prefix}.bias") for prefix in prefixes]
        if len(prefixes) > 1:
            weights = [self.op("Concat", weights, f"{output}.weight", axis=0)]
            biases = [self.op("Concat", biases, f"{output}.bias", axis=0)]
        transposed = self.op("Transpose", weights, f"{output}.weight_t", perm=[1, 0])
        product = self.op("MatMul", [x, transposed], f"{output}.product")
        return self.op("Add", [product, biases[0]], output)

    def layer_norm(self, x: str, prefix: str, output: str) -> str:
        scale, bias = self.weight(f"{prefix}.weight"), self.weight(f"{prefix}.bias")
        return self.op("LayerNormalization", [x, scale, bias], output, axis=-1, epsilon=LAYER_NORM_EPSILON)


def embeddings(g: Graph) -> str:
    word = g.op("Gather", [g.weight("embeddings.word_embeddings.weight"), "input_ids"], "embeddings.word", axis=0)
    kind = g.op(
        "Gather", [g.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "embeddings.kind", axis=0
    )
    length = g.op("Shape", ["input_ids"], "length", start=1, end=2)
    zero = g.constant("zero", TensorProto.INT64, [1], [0])
    position = g.op(
        "Slice", [g.weight("embeddings.position_embeddings.weight"), zero, length], "embeddings.position"
    )
    tokens = g.op("Add", [word, kind], "embeddings.tokens")
    total = g.op("Add", [tokens, position], "embeddings.sum")
    return g.layer_norm(total, "embeddings.LayerNorm", "embeddings.output")


def attention_bias(g: Graph) -> str:
    """[batch, 1, 1, sequence]: 0 for words, MASKED for padding."""
    mask = g.op("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    axes = g.constant("mask.axes", TensorProto.INT64, [2], [1, 2])
    mask = g.op("Unsqueeze", [mask, axes], "mask.wide")
    one = g.constant("one", TensorProto.FLOAT, [], [1.0])
    masked = g.constant("masked", TensorProto.FLOAT, [], [MASKED])
    absent = g.op("Sub", [one, mask], "mask.absent")
    return g.op("Mul", [absent, masked], "mask.bias")


def layer(g: Graph, n: int, x: str, bias: str) -> str:
    weights, name = f"encoder.layer.{n}", f"layer{n}"
    parts = [f"{weights}.attention.self.{part}" for part in ("query", "key", "value")]
    joined = g.linear(x, parts, f"{name}.qkv")
    heads = g.op("Reshape", [joined, "shape.qkv"], f"{name}.qkv.split")
    # [batch, sequence, 3, heads, width] -> [3, batch, heads, sequence, width]
    heads = g.op("Transpose", [heads], f"{name}.qkv.heads", perm=[2, 0, 3, 1, 4])
    q, k, v = (
        g.op("Gather", [heads, f"index.{i}"], f"{name}.{part}", axis=0) for i, part in enumerate(("q", "k", "v"))
    )
    k = g.op("Transpose", [k], f"{name}.k_t", perm=[0, 1, 3, 2])
    scores = g.op("MatMul", [q, k], f"{name}.scores")
    scores = g.op("Mul", [scores, "scale"], f"{name}.scores.scaled")
    scores = g.op("Add", [scores, bias], f"{name}.scores.masked")
    probabilities = g.op("Softmax", [scores], f"{name}.probabilities", axis=-1)
    context = g.op("MatMul", [probabilities, v], f"{name}.context.heads")
    context = g.op("Transpose", [context], f"{name}.context.joined", perm=[0, 2, 1, 3])
    context = g.op("Reshape", [context, "shape.hidden"], f"{name}.context")
    out = g.linear(context, [f"{weights}.attention.output.dense"], f"{name}.attention")
    out = g.op("Add", [out, x], f"{name}.attention.residual")
    x = g.layer_norm(out, f"{weights}.attention.output.LayerNorm", f"{name}.attention.output")
    out = g.linear(x, [f"{weights}.intermediate.dense"], f"{name}.intermediate")
    out = g.op("Gelu", [out], f"{name}.intermediate.gelu")
    out = g.linear(out, [f"{weights}.output.dense"], f"{name}.dense")
    out = g.op("Add", [out, x], f"{name}.residual")
    output = "last_hidden_state" if n == LAYERS - 1 else f"{name}.output"
    return g.layer_norm(out, f"{weights}.output.LayerNorm", output)


def main() -> None:
    g = Graph(Path(sys.argv[1]))
    x = embeddings(g)
    bias = attention_bias(g)
    g.constant("scale", TensorProto.FLOAT, [], [HEAD_WIDTH**-0.5])
    g.constant("shape.qkv", TensorProto.INT64, [5], [0, 0, 3, HEADS, HEAD_WIDTH])
    g.constant("shape.hidden", TensorProto.INT64, [3], [0, 0, WIDTH])
    for i in range(3):
        g.constant(f"index.{i}", TensorProto.INT64, [], [i])
    for n in range(LAYERS):
        x = layer(g, n, x, bias)

    def ids(name: str):
        return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])

    graph = helper.make_graph(
        g.nodes,
        "all-MiniLM-L6-v2",
        [ids("input_ids"), ids("attention_mask"), ids("token_type_ids")],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", WIDTH])],
        g.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    model.producer_name = "make_graph.py"
    out = Path(__file__).with_name("all-minilm-l6-v2.onnx")
    out.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
