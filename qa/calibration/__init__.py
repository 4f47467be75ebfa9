"""Says how often a reader's answers are right: asks questions whose answers are known and fits the confidence to them."""

from qa.calibration.fitting import Fitted, Row, fitted, rows_of, summary
from qa.calibration.run import Calibrated, calibrate

__all__ = ["Calibrated", "Fitted", "Row", "calibrate", "fitted", "rows_of", "summary"]
