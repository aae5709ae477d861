namespace UserStore.Tests.Modeling;

public sealed class UserRevisionTests
{
    [Fact]
    public void A_revision_survives_its_string_without_the_values()
    {
        var known = new UserRevision("w1", "b1", 7, 1_800_000_000, HeldValues.Of("ada", null)) { Content = "c1" };

        string text = known.ToString();
        UserRevision parsed = UserRevision.Parse(text)!;

        text.Should().NotContain("ada");
        (parsed.WriteId, parsed.BirthId, parsed.Version, parsed.ExpiresAt, parsed.Content).Should().Be(("w1", "b1", 7, 1_800_000_000, "c1"));
        parsed.HoldsAll(HeldValues.Of("ada", null)).Should().BeTrue();
        parsed.HoldsAll(HeldValues.Of("eve", null)).Should().BeFalse();
        parsed.HoldsAll(HeldValues.Of("ada", "ada")).Should().BeFalse();
        parsed.HoldsAll(HeldValues.Of("ada", null, null)).Should().BeFalse();
        parsed.ToString().Should().Be(text);
    }

    [Fact]
    public void A_revision_of_another_program_has_no_ids()
        => UserRevision.Parse(new UserRevision(null, null, null, null, default).ToString())
            .Should().Be(new UserRevision(null, null, null, null, default) { AreFingerprints = true });

    [Theory]
    [InlineData("")]
    [InlineData("w.b.1")]
    [InlineData("w.b.one...")]
    [InlineData("\"w.b.1.2.f.3\"")]
    [InlineData("w.b.99999999999999999999...")]
    public void Another_string_is_no_revision(string text) => UserRevision.Parse(text).Should().BeNull();
}
