using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

public class Overridden
{
    public virtual string? Got { get; set; }

    [DynamoDBProperty("number")]
    public virtual int Number { get; set; } = 1;

    public List<string>? Shadowed { get; set; }

    protected virtual string? Inherited { get; set; }

    public string? Bound { get; set; }
}

/// <summary>Properties without a getter or a setter, in whose place the context uses those of the base type.</summary>
[DynamoDBTable("Overriding")]
[GenerateUserMapping]
public class Overriding(string? bound) : Overridden
{
    [DynamoDBHashKey]
    public string? Id { get; set; }

    public override string? Got => base.Got;

    public override int Number
    {
        set => base.Number = value;
    }

    public new string? Shadowed => Id;

    public new string? Bound { get; } = bound;

    public Part? Inner { get; set; }

    protected override string? Inherited => base.Inherited;

    public class Part : Overridden
    {
        public override string? Got => base.Got;

        public override int Number
        {
            set => base.Number = value;
        }

        public new string? Shadowed => base.Got;
    }
}
