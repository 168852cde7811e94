"""From a HeRAMS export to the reports that health ministries decide by: one verb for each module."""
