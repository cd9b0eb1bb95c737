"""The agreement (*convenant*): the file that people sign and every figure rests on."""
