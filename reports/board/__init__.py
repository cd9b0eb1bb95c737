"""The board's fixed tables: what a fund bought per settlement, without anybody in them."""
