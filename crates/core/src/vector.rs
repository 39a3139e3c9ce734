//! Dense and sparse vectors.

/// An embedding: unit length, as many components as the model has dimensions.
pub type DenseVector = Vec<f32>;

/// A BM25 vector: term hashes with their weights, ascending by index, each index once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SparseVector {
    /// Hashes of the terms.
    pub indices: Vec<u32>,
    /// The weight of each term, in the same order.
    pub values: Vec<f32>,
}

/// What a query is searched by.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryVectors {
    /// For the dense leg.
    pub dense: DenseVector,
    /// For the BM25 leg; empty where the query has no searchable term.
    pub sparse: SparseVector,
}
