//! Aureole: integrates stacks of X-ray detector images azimuthally, in interchangeable parallel layouts.

pub mod layout;
