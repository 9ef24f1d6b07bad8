// WIDTH bytes turned: byte i of `out` is byte (i + by) % WIDTH of `in`. Combinational.
module byte_turn #(
    parameter int WIDTH = 16
) (
    input  logic [8*WIDTH-1:0]       in,
    input  logic [$clog2(WIDTH)-1:0] by,
    output logic [8*WIDTH-1:0]       out
);
    localparam int LOG = $clog2(WIDTH);
    localparam int BITS = 8 * WIDTH;

    logic [BITS-1:0] step;
    always_comb begin
        step = in;
        for (int k = 0; k < LOG; k++) if (by[k]) step = (step >> (8 << k)) | (step << (BITS - (8 << k)));
        out = step;
    end
endmodule
