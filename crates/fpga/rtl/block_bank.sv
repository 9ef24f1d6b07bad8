// One memory with one port to write and one to read: what is read comes out in the next cycle and stays while rd_en is low. A line
// read in the cycle in which it is written is undefined; nobody uses what was read then.
module block_bank #(
    parameter int BITS  = 17,
    parameter int LINES = 512
) (
    input  logic                     clk,
    input  logic                     wr_en,
    input  logic [$clog2(LINES)-1:0] wr_line,
    input  logic [BITS-1:0]          wr_data,
    input  logic                     rd_en,
    input  logic [$clog2(LINES)-1:0] rd_line,
    output logic [BITS-1:0]          rd_data
);
    (* no_rw_check *) logic [BITS-1:0] lines[LINES];

    always_ff @(posedge clk) begin
        if (wr_en) lines[wr_line] <= wr_data;
        if (rd_en) rd_data <= lines[rd_line];
    end
endmodule
