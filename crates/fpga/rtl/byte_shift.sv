// WIDTH bytes of twice as many, from byte `by` on. Combinational: 2:1 multiplexers, those of the large steps first, since they need the
// fewest bytes behind them.
module byte_shift #(
    parameter int WIDTH = 16
) (
    input  logic [16*WIDTH-1:0]      in,
    input  logic [$clog2(WIDTH)-1:0] by,
    output logic [8*WIDTH-1:0]       out
);
    localparam int LOG = $clog2(WIDTH);

    logic [16*WIDTH-1:0] step;
    always_comb begin
        step = in;
        for (int k = LOG - 1; k >= 0; k--) if (by[k]) step = step >> (8 << k);
        out = (8 * WIDTH)'(step);
    end
endmodule
