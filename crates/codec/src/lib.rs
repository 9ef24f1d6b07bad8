//! Detector chunks to pixels, one block at a time.
