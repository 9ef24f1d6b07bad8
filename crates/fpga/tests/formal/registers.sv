// Put in front of the endmodule of `registers`: an answer of AXI-Lite stays, with its data, until it is taken, and each belongs to one question.

// Answers owed, counted at the ports, with bits that would show one too few.
logic        begun = 0, b_offered = 0, r_offered = 0;
logic [3:0]  writes, reads;
logic [31:0] last;

always @(posedge clk) begin
    begun     <= begun || rst;
    writes    <= rst ? 0 : writes + 4'(axil_awvalid && axil_wvalid && axil_awready) - 4'(axil_bvalid && axil_bready);
    reads     <= rst ? 0 : reads + 4'(axil_arvalid && axil_arready) - 4'(axil_rvalid && axil_rready);
    b_offered <= !rst && axil_bvalid && !axil_bready;
    r_offered <= !rst && axil_rvalid && !axil_rready;
    last      <= axil_rdata;
end

always @* begin
    if (begun) begin
        assert (writes == 4'(axil_bvalid));
        assert (reads == 4'(asked) + 4'(axil_rvalid));
        // What makes these hold from one cycle to the next.
        assert (!(axil_awready && axil_bvalid));
        assert (!(asked && axil_rvalid));
        assert (asked || !looked_up);
    end
    if (begun && b_offered) assert (axil_bvalid);
    if (begun && r_offered) assert (axil_rvalid && axil_rdata == last);
end
