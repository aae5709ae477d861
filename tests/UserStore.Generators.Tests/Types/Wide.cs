using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

/// <summary>More attributes than a word has bits.</summary>
[DynamoDBTable("Wide")]
[GenerateUserMapping]
public sealed class Wide
{
    [DynamoDBHashKey]
    public string? Id { get; set; }

    public string? P1 { get; set; }

    public bool? P2 { get; set; }

    public decimal P3 { get; set; }

    public int P4 { get; set; } = 4;

    public string? P5 { get; set; }

    public bool? P6 { get; set; }

    public decimal P7 { get; set; }

    public int P8 { get; set; } = 8;

    public string? P9 { get; set; }

    public bool? P10 { get; set; }

    public decimal P11 { get; set; }

    public int P12 { get; set; } = 12;

    public string? P13 { get; set; }

    public bool? P14 { get; set; }

    public decimal P15 { get; set; }

    public int P16 { get; set; } = 16;

    public string? P17 { get; set; }

    public bool? P18 { get; set; }

    public decimal P19 { get; set; }

    public int P20 { get; set; } = 20;

    public string? P21 { get; set; }

    public bool? P22 { get; set; }

    public decimal P23 { get; set; }

    public int P24 { get; set; } = 24;

    public string? P25 { get; set; }

    public bool? P26 { get; set; }

    public decimal P27 { get; set; }

    public int P28 { get; set; } = 28;

    public string? P29 { get; set; }

    public bool? P30 { get; set; }

    public decimal P31 { get; set; }

    public int P32 { get; set; } = 32;

    public string? P33 { get; set; }

    public bool? P34 { get; set; }

    public decimal P35 { get; set; }

    public int P36 { get; set; } = 36;

    public string? P37 { get; set; }

    public bool? P38 { get; set; }

    public decimal P39 { get; set; }

    public int P40 { get; set; } = 40;

    public string? P41 { get; set; }

    public bool? P42 { get; set; }

    public decimal P43 { get; set; }

    public int P44 { get; set; } = 44;

    public string? P45 { get; set; }

    public bool? P46 { get; set; }

    public decimal P47 { get; set; }

    public int P48 { get; set; } = 48;

    public string? P49 { get; set; }

    public bool? P50 { get; set; }

    public decimal P51 { get; set; }

    public int P52 { get; set; } = 52;

    public string? P53 { get; set; }

    public bool? P54 { get; set; }

    public decimal P55 { get; set; }

    public int P56 { get; set; } = 56;

    public string? P57 { get; set; }

    public bool? P58 { get; set; }

    public decimal P59 { get; set; }

    public int P60 { get; set; } = 60;

    public string? P61 { get; set; }

    public bool? P62 { get; set; }

    public decimal P63 { get; set; }

    public int P64 { get; set; } = 64;

    public string? P65 { get; set; }

    public bool? P66 { get; set; }

    public decimal P67 { get; set; }

    public int P68 { get; set; } = 68;

    public string? P69 { get; set; }

    public bool? P70 { get; set; }

    public WideStructure? Structure { get; set; }
}

public sealed class WideStructure
{
    public int? S1 { get; set; }

    public int? S2 { get; set; }

    public int? S3 { get; set; }

    public int? S4 { get; set; }

    public int? S5 { get; set; }

    public int? S6 { get; set; }

    public int? S7 { get; set; }

    public int? S8 { get; set; }

    public int? S9 { get; set; }

    public int? S10 { get; set; }

    public int? S11 { get; set; }

    public int? S12 { get; set; }

    public int? S13 { get; set; }

    public int? S14 { get; set; }

    public int? S15 { get; set; }

    public int? S16 { get; set; }

    public int? S17 { get; set; }

    public int? S18 { get; set; }

    public int? S19 { get; set; }

    public int? S20 { get; set; }

    public int? S21 { get; set; }

    public int? S22 { get; set; }

    public int? S23 { get; set; }

    public int? S24 { get; set; }

    public int? S25 { get; set; }

    public int? S26 { get; set; }

    public int? S27 { get; set; }

    public int? S28 { get; set; }

    public int? S29 { get; set; }

    public int? S30 { get; set; }

    public int? S31 { get; set; }

    public int? S32 { get; set; }

    public int? S33 { get; set; }

    public int? S34 { get; set; }

    public int? S35 { get; set; }

    public int? S36 { get; set; }

    public int? S37 { get; set; }

    public int? S38 { get; set; }

    public int? S39 { get; set; }

    public int? S40 { get; set; }

    public int? S41 { get; set; }

    public int? S42 { get; set; }

    public int? S43 { get; set; }

    public int? S44 { get; set; }

    public int? S45 { get; set; }

    public int? S46 { get; set; }

    public int? S47 { get; set; }

    public int? S48 { get; set; }

    public int? S49 { get; set; }

    public int? S50 { get; set; }

    public int? S51 { get; set; }

    public int? S52 { get; set; }

    public int? S53 { get; set; }

    public int? S54 { get; set; }

    public int? S55 { get; set; }

    public int? S56 { get; set; }

    public int? S57 { get; set; }

    public int? S58 { get; set; }

    public int? S59 { get; set; }

    public int? S60 { get; set; }

    public int? S61 { get; set; }

    public int? S62 { get; set; }

    public int? S63 { get; set; }

    public int? S64 { get; set; }

    public int? S65 { get; set; }

    public int? S66 { get; set; }
}
