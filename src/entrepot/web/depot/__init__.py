"""The depot's desk: what comes, receiving by scan, packing master boxes, papers and labels."""
