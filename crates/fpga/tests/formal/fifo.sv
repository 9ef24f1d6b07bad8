// Put in front of the endmodule of `fifo`: it never holds more than DEPTH + 1 words nor gives one that did not come, and what it offers stays until taken.

// Words that went in and did not come out, counted at the ports, with a bit more than they need: so neither error hides the other.
logic            begun = 0, offered = 0;
logic [AW+1:0]   held;
logic [BITS-1:0] last;

always @(posedge clk) begin
    begun   <= begun || rst;
    held    <= rst ? 0 : held + (AW + 2)'(in_valid && in_ready) - (AW + 2)'(out_valid && out_ready);
    offered <= !rst && out_valid && !out_ready;
    last    <= out_data;
end

always @* begin
    if (begun) begin
        assert (held <= DEPTH + 1);
        assert (!out_valid || held != 0);
        assert (in_ready || held >= DEPTH);
        // What makes this hold from one cycle to the next: how many words there are by count, and by where they lie.
        assert (held == (AW + 2)'(count) + (AW + 2)'(out_valid));
        assert (tail == AW'(head + count[AW-1:0]));
    end
    if (begun && offered) assert (out_valid && out_data == last);
end
