// Whose turn each of the two buffers is: claimed by the decoder, full, free again.
// claim: the decoder takes the buffer after the last one it took, which must be free. put_*: the block in put_buf is complete.
// u_*: complete blocks in their order, see README.md. full: buffers that hold one.
module block_turns (
    input  logic        clk,
    input  logic        rst,
    input  logic        claim,
    output logic [1:0]  free,
    input  logic        put_valid,
    input  logic        put_buf,
    input  logic [13:0] put_elems,
    input  logic        put_raw,
    input  logic [1:0]  put_status,
    input  logic [31:0] put_planes,
    output logic [1:0]  full,
    output logic        u_valid,
    input  logic        u_ready,
    output logic        u_buf,
    output logic [13:0] u_elems,
    output logic        u_raw,
    output logic [1:0]  u_status,
    output logic [31:0] u_planes
);
    logic [1:0] claimed;
    logic next;
    logic [48:0] about0, about1;

    assign free = ~claimed;
    assign u_valid = full[u_buf];
    assign {u_elems, u_raw, u_status, u_planes} = u_buf ? about1 : about0;

    always_ff @(posedge clk) begin
        if (claim) begin
            claimed[next] <= 1'b1;
            next <= !next;
        end
        if (put_valid) full[put_buf] <= 1'b1;
        if (put_valid && !put_buf) about0 <= {put_elems, put_raw, put_status, put_planes};
        if (put_valid && put_buf) about1 <= {put_elems, put_raw, put_status, put_planes};
        if (u_valid && u_ready) begin
            full[u_buf] <= 1'b0;
            claimed[u_buf] <= 1'b0;
            u_buf <= !u_buf;
        end
        if (rst) begin
            claimed <= '0;
            full <= '0;
            next <= 1'b0;
            u_buf <= 1'b0;
        end
    end
endmodule
