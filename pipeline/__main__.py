"""`python -m pipeline` is `herams`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
