"""Every sentence of the engine in English and Chinese, with a way out where there is one.

One entry: code -> (English, Chinese) or (English, Chinese, English way out, Chinese way out)."""
