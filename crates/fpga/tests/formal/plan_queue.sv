// Put in front of the endmodule of `plan_queue`: never more than 16 words nor one that did not come, and a word that is offered stays until it is taken.

// Words that went in and did not come out, counted at the ports, with a bit more than they need.
logic            begun = 0, offered = 0;
logic [5:0]      held;
logic [BITS:0]   word, last;

assign word = {q_last, q_used, q_variance, q_line, q_bin, q_coefficient};

always @(posedge clk) begin
    begun   <= begun || rst;
    held    <= rst ? 0 : held + 6'(in_valid && in_ready) - 6'(q_valid && q_ready);
    offered <= !rst && q_valid && !q_ready;
    last    <= word;
end

always @* begin
    if (begun) begin
        assert (held <= 16);
        assert (q_valid == (held != 0));
        assert (held == 6'(count));
        assert (tail == 4'(head + count[3:0]));
        assert (entry[0].first == head && entry[0].free == tail);
    end
    if (begun && offered) assert (q_valid && word == last);
end
