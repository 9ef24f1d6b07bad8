"""Azimuthal integration of X-ray detector images."""
