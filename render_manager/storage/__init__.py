"""Where projects come from: Alibaba Cloud OSS or a local folder behind one port, and the archives they come in."""
